export const USAGE = `Usage:
  countersign sign FILE… --key KEY.p12 --password-file FILE --out FILE|DIRECTORY [options]
  countersign verify FILE… [--content FILE]… [--trust CERTIFICATES]… [--at TIME] [--json]
  countersign link FILE --page URL --src URL [--dst URL] [--method PUT|POST] [--seal FILE]
  countersign unseal FILE --link-file FILE --out FILE

sign
  --key FILE             PKCS#12 file with the key and its certificates
  --password-file FILE   its password, first line (- reads standard input)
  --out FILE|DIRECTORY   where to; a directory when several files are signed or it ends with /
  --format pades|cades   PAdES inside the PDF, or CAdES in a .p7s beside any file (default: by what the file is)
  --visible P,X,Y,W,H    a visible PDF signature: page (1 is the first, -1 the last), then the box in points from bottom left
  --field NAME           an existing empty PDF signature field
  --fill NAME=VALUE      a form field of a PDF, again for each; NAME alone ticks a box
  --reason TEXT, --location TEXT, --contact TEXT
  --commitment origin|receipt|delivery|sender|approval|creation
  --algorithm NAME       ${'RSASSA-PKCS1-v1_5, RSA-PSS, ECDSA-P256 …'}; --digest SHA-256|SHA-384|SHA-512
  --pdf-password-file FILE   opens an encrypted PDF
  --key-name NAME        which key, when the file holds several
  --second-key KEY.p12   signs beside the first: post-quantum beside classical; never inside a PDF, which has one signer
  --second-password-file FILE   its password, when it is another
  --second-in own-file|same-file   in NAME.ALGORITHM.p7s (default), or as a parallel signer of the same .p7s, which
                         OpenSSL 3.0, EU DSS and pyHanko then refuse as a whole
  --allow-expired        sign outside the validity of the certificate
  --force                replace existing results (never the documents themselves)
  --json                 print one JSON object

verify
  --content FILE         what a detached signature was made over (also found by name or digest among the files)
  --trust FILE           trust anchors, PEM or DER; nothing is trusted otherwise
  --at TIME              ISO 8601: judge as of this time (default: now)
  --pdf-password-file FILE   opens encrypted PDFs
  --json                 print one JSON object

link                     prints a signing link for a document in a blob storage; nothing is sent anywhere
  --page URL             the signing page: https://your.host/link.html
  --src URL              signed address from which the signer reads the document
  --dst URL              signed address to which the signed document is written (--method POST for a service behind one)
  --seal FILE            writes the document encrypted, for the storage; the key is in the link alone

unseal                   opens a sealed document, as it came back
  --link-file FILE       holds the link, first line (- reads standard input)

Exit status: 0 all signed, or all TOTAL-PASSED; 1 not all; 2 unreadable, or wrong usage.
`

/** Wrong usage: printed with a pointer to --help, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
