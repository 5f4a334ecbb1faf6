/** Digest of the record that was read to its last page on this phone; another text has to be read anew. */
import { ref } from "vue";

export const readDigest = ref<string | null>(null);
