// Uploads a file with tus-js-client and prints its address: `node tus_js_upload.mjs '{"endpoint", "file", …}'`.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";

const told = JSON.parse(process.argv[2]);
const { Upload } = createRequire(told.modules)("tus-js-client");

const upload = new Upload(createReadStream(told.file), {
  endpoint: told.endpoint,
  chunkSize: told.chunk,
  uploadSize: told.size,
  uploadDataDuringCreation: true,
  retryDelays: Array(200).fill(0),
  metadata: told.metadata,
  headers: told.headers,
  onError(error) {
    process.stderr.write(`${error}\n`);
    process.exitCode = 1;
  },
  onSuccess() {
    process.stdout.write(upload.url);
  },
});
upload.start();
