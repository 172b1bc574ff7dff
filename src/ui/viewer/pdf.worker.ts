/**
 * pdf.js's worker, with its warnings also sent to the page: a picture that cannot be decoded is left blank there and
 * only the console hears of it, which will not do where people sign what they see.
 */
const output = globalThis.console
const warn = output.warn.bind(output)
output.warn = (...data: unknown[]) => {
  // pdf.js's own handlers ignore messages without its `targetName`.
  globalThis.postMessage({ renderWarning: data.map(String).join(' ') })
  warn(...data)
}

import 'pdfjs-dist/build/pdf.worker.min.mjs'
