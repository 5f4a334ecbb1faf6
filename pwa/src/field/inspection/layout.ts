/** One item per card, or a dense list: the inspector's choice, kept while the app is open. */
import { ref } from "vue";

export const dense = ref(false);
