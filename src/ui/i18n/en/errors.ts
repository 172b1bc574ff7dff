import type { ErrorCode } from '../../../core/errors.ts'

/**
 * One text per code. First line: what happened. Second: what it means for the document and what to do next.
 * `{names}` are of the error's details and may be missing.
 */
export const errors = {
  KEY_STORAGE_UNAVAILABLE:
    'This browser does not let the page keep keys.\nPrivate windows and strict privacy settings do that. Your documents are not affected. Open the page in an ordinary window.',
  KEY_STORAGE_FULL:
    'There is no room left for keys in this browser.\nNothing was stored. Free some space on this computer, or download and discard signed files kept here, and try again.',
  KEY_NOT_FOUND:
    'That key is no longer here.\nNothing was signed. It may have been deleted in another tab; choose another one.',
  KEY_ALGORITHM_UNSUPPORTED:
    'This browser cannot make or use keys of this algorithm.\nNothing was signed. Choose another algorithm, or update the browser.',
  KEY_CREATION_FAILED:
    'The key could not be made.\nNothing was left behind. Try again; if it happens twice, choose another algorithm.',
  KEY_SIGNATURE_INVALID:
    'The key gave a signature that does not fit its certificate.\nNothing was written. The key or its device is faulty, or the certificate belongs to another key.',
  KEY_SIGN_FAILED:
    'The key could not sign.\nNothing was written and the document is unchanged. Try again, or use another key.',
  KEY_CERTIFICATE_EXPIRED:
    'The certificate has expired.\nA signature with it will be questioned by whoever checks it. Use a valid one, or insist knowingly.',
  KEY_CERTIFICATE_NOT_YET_VALID:
    'The certificate is not valid yet.\nThe clock of this computer may be wrong. Check it, or insist knowingly.',
  KEY_CERTIFICATE_MISMATCH:
    'The certificate belongs to another key.\nNothing was stored. Choose the certificate that was issued for this key.',
  KEY_CERTIFICATE_MALFORMED: 'No certificate could be read there.\nChoose a file that holds one: PEM, DER or PKCS#7.',
  KEY_USAGE_FORBIDS:
    'The certificate is not meant for signing documents.\nNothing was signed. Choose another certificate.',
  KEY_NEEDS_WINDOW:
    'The page around this one does not let it talk to programs on this computer.\nNothing was signed. Sign in a window of its own.',
  KEY_BRIDGE_NOT_FOUND:
    'The program that talks to your token does not answer.\nNothing was signed. Start Fortify (or install it), then try again.',
  KEY_BRIDGE_UNSUPPORTED:
    'The program that talks to your token is too old.\nNothing was signed. Update it and try again.',
  KEY_BRIDGE_LOST:
    'The connection to the program that talks to your token was lost.\nNothing was written. Check that it still runs and try again.',
  KEY_BRIDGE_FAILED:
    'The program that talks to your token reported an error.\nNothing was written. Try again; if it repeats, restart it.',
  KEY_LOOPBACK_DENIED:
    'The browser does not let this page talk to programs on this computer.\nNothing was signed. Allow “apps on device” for this page in the address bar and try again.',
  KEY_PAIRING_DECLINED:
    'The program that talks to your token was told not to trust this page.\nNothing was signed. Try again and confirm that the codes are the same.',
  KEY_PIN_INCORRECT: 'The PIN is wrong.\nNothing was signed. Too many wrong attempts lock the token.',
  KEY_PIN_LOCKED:
    'The token is locked after too many wrong PINs.\nNothing was signed. Whoever issued it can unlock it.',
  KEY_DECLINED: 'Signing was declined on the device.\nNothing was signed.',
  KEY_TOKEN_ABSENT: 'No token is plugged in.\nNothing was signed. Plug it in and try again.',
  KEY_TOKEN_REMOVED: 'The token was removed while it was signing.\nNothing was written. Plug it in again and repeat.',
  KEY_MECHANISM_MISSING:
    'The token cannot sign in the way this document needs.\nNothing was signed. Choose another certificate.',
  KEY_TIMEOUT: 'The device did not answer in time.\nNothing was written. Try again.',
  KEY_USB_BLOCKED:
    'The browser does not let this page reach that USB device.\nNothing was signed. Use Fortify for this token.',
  PKCS12_MALFORMED: 'This is not a key file that can be read.\nChoose a .p12 or .pfx file.',
  PKCS12_PASSWORD_INCORRECT: 'The password does not open this key file.\nNothing was read from it. Try again.',
  PKCS12_UNSUPPORTED:
    'This key file is protected in a way that is not supported.\nExport it again with AES encryption.',
  PKCS12_NO_KEY: 'This file holds no private key.\nExport the certificate together with its key.',
  PKCS12_LIMIT_EXCEEDED: 'This key file asks for more work than is sensible.\nIt may be made to harm. Export it again.',
  FORMAT_EMPTY_FILE: 'The file is empty.\nThere is nothing to sign or to check. Choose another file.',
  FORMAT_NOT_PDF: 'This is not a PDF, whatever its name says.\nIt can be signed with a separate file, but not inside.',
  FORMAT_MALFORMED: 'The file is damaged and cannot be read.\nIt is unchanged. Ask the sender for another copy.',
  FORMAT_NO_PAGES: 'This PDF has no pages.\nThere is nothing to sign. Ask the sender for another copy.',
  FORMAT_UNRECOVERABLE: 'This PDF is damaged beyond repair.\nIt is unchanged. Ask the sender for another copy.',
  FORMAT_ENCRYPTED:
    'This PDF is encrypted and cannot be signed inside here.\nIt is unchanged. Sign it with a separate file instead.',
  FORMAT_PASSWORD_REQUIRED: 'This PDF needs its password.\nEnter it to go on.',
  FORMAT_PASSWORD_INCORRECT: 'That password does not open this PDF.\nNothing was changed. Try again.',
  FORMAT_PERMISSION_DENIED:
    'Its author does not permit this PDF to be signed.\nIt is unchanged. Open it with the owner’s password, or sign it with a separate file.',
  FORMAT_ENCRYPTION_UNSUPPORTED:
    'This PDF is encrypted in a way that is not supported.\nIt is unchanged. Sign it with a separate file instead.',
  FORMAT_NOT_INCREMENTAL:
    'This PDF cannot be added to without rewriting it.\nRewriting could break it, so it was left alone. Sign it with a separate file instead.',
  FORMAT_DOCMDP_FORBIDS:
    'Its author certified this PDF and permits no further signatures.\nIt is unchanged. Sign it with a separate file instead.',
  FORMAT_FIELD_LOCKED:
    'That field is locked by an earlier signature.\nThe document is unchanged. Choose another field.',
  FORMAT_FIELD_NOT_FOUND:
    'The document has no such signature field.\nIt is unchanged. Choose another field or a box of your own.',
  FORMAT_FIELD_SIGNED: 'That field is signed already.\nThe document is unchanged. Choose another one.',
  FORMAT_FIELD_INVALID: 'That field cannot hold a signature.\nThe document is unchanged. Choose another one.',
  FORMAT_FIELD_REQUIRED: 'A required field is still empty.\nNothing was signed. Fill it in and sign again.',
  FORMAT_FIELD_VALUE_INVALID:
    'A form field does not take the value it was given.\nNothing was signed. Correct the field and sign again.',
  FORMAT_SEED_VALUE_FORBIDS:
    'The field asks for another kind of signature or certificate.\nThe document is unchanged. Choose another certificate or field.',
  FORMAT_CERTIFY_NOT_FIRST:
    'Only the first signature of a document can certify it.\nIt is unchanged. Sign it without certifying.',
  FORMAT_PAGE_OUT_OF_RANGE: 'The document has no such page.\nIt is unchanged. Choose a place on another page.',
  FORMAT_PLACEHOLDER_TOO_SMALL: 'The signature needed more room than was kept for it.\nNothing was written. Try again.',
  FORMAT_UNSUPPORTED:
    'This kind of file cannot be signed or checked that way.\nIt is unchanged. Sign it with a separate file instead.',
  FORMAT_LEVEL_UNSUPPORTED:
    'That level of signature is not possible for this file.\nNothing was written. Choose a lower level.',
  FORMAT_LIMIT_EXCEEDED:
    'The file is larger or more deeply nested than can be handled safely.\nIt is unchanged. It may be made to harm.',
  FORMAT_CONTENT_NOT_FOUND:
    'The signed file was not found beside its signature.\nAdd the file that the signature belongs to.',
  FORMAT_POISONED:
    'This document can show something else later than it shows now.\nIt was not signed. Ask for a copy without scripts, hidden layers, attachments and XFA forms.',
  FORMAT_IMAGE_UNSUPPORTED:
    'This picture cannot be used.\nNothing was changed. Choose a PNG or JPEG picture that opens in other programs.',
  FORMAT_IMAGE_TOO_LARGE:
    'This picture is too large.\nNothing was changed. Choose one of at most {megabytes} MB and {megapixels} million points.',
  DER_MALFORMED: 'A part of the signature or certificate is damaged.\nIt cannot be read. Ask for another copy.',
  DER_LIMIT_EXCEEDED:
    'A part of the signature or certificate is unreasonably large.\nIt was not read: it may be made to harm.',
  TSA_REFUSED: 'The time-stamp service refused.\nNothing was added. Try again later, or sign without a time-stamp.',
  TSA_MALFORMED: 'The time-stamp service gave an answer that cannot be read.\nNothing was added. Try another service.',
  TSA_IMPRINT_MISMATCH: 'The time-stamp is for something else.\nIt was not used. Try another service.',
  TSA_NONCE_MISMATCH: 'The time-stamp answers another request.\nIt was not used. Try again.',
  CHAIN_INCOMPLETE:
    'The issuer of a certificate was not found.\nThe signature is kept as it was. Add the issuer’s certificate and try again.',
  REVOCATION_UNAVAILABLE:
    'Nobody could say whether a certificate is still valid.\nThe signature is kept as it was. Try again later.',
  TSA_POLICY_MISMATCH: 'The time-stamp was made under another policy than asked for.\nIt was not used.',
  NETWORK_UNAVAILABLE:
    'There is no way out to the network here.\nThe document is unchanged. Go on without, or ask whoever runs this page.',
  NETWORK_BLOCKED:
    'The browser did not let the request through.\nThe document is unchanged. The service does not permit requests from web pages, or a filter is in the way.',
  NETWORK_TIMEOUT: 'The service did not answer in time.\nThe document is unchanged. Try again.',
  NETWORK_STATUS: 'The service answered with an error.\nThe document is unchanged. Try again later.',
  NETWORK_TOO_LARGE: 'The service answered with more than is sensible.\nThe answer was not used.',
  HOST_CONFLICT:
    'Somebody changed the document meanwhile.\nYour signed copy is kept here. Open the document again before you sign it anew.',
  HOST_ORIGIN_REFUSED:
    'That site may not use this signer.\nNothing was signed. Its administrator can add it to the list.',
  HOST_SAVE_FAILED:
    'The signed document could not be stored where it came from.\nIt is kept here: try again, or download it.',
  HOST_LOAD_FAILED: 'The document could not be fetched from where it is kept.\nNothing was signed. Try again.',
  HOST_TIMEOUT: 'The page around this one did not answer in time.\nWhat was signed is kept here. Try again.',
  HOST_CLOSED:
    'The connection to the page around this one was closed.\nWhat was signed is kept here. Reload that page.',
  HOST_FAILED: 'The page around this one reported an error.\nWhat was signed is kept here. Try again.',
  HOST_METHOD_UNKNOWN:
    'The page around this one asked for something unknown.\nNothing was done. One of the two needs an update.',
  HOST_MESSAGE_INVALID: 'The page around this one sent something that makes no sense.\nNothing was done.',
  HOST_VERSION_MISMATCH:
    'The page around this one speaks another version.\nNothing was done. One of the two needs an update.',
  HOST_DIGEST_MISMATCH:
    'The document that arrived is not the one that was announced.\nNothing was signed. Open it again.',
  HOST_DOCUMENT_TOO_LARGE:
    'The document is larger than can be handed over.\nNothing was signed. Open it on the signing page instead.',
  HOST_CODE_REFUSED: 'The code could not be checked.\nNothing was signed. Ask for a new one.',
  CONFIG_INVALID:
    'The settings of this page are not right.\nNothing can be done here until whoever runs it corrects config.json.',
  CONFIG_UNREACHABLE: 'The settings of this page could not be read.\nTry again; if it repeats, tell whoever runs it.',
  LINK_INVALID: 'This signing link is not complete.\nNothing was signed. Ask the sender for a new one.',
  LINK_ORIGIN_REFUSED:
    'This signing link points to {origin}, which is not on the list of this signer.\nNothing was fetched. Ask the sender, or whoever runs this site.',
  LINK_EXPIRED: 'The storage no longer accepts this signing link.\nAsk the sender for a new one.',
  LINK_KEY_INCORRECT:
    'The key in this signing link does not open the document.\nNothing was signed. Make sure that the whole link was copied, or ask the sender for a new one.',
  LINK_DAMAGED:
    'The sealed document is not as the sender sealed it.\nNothing was signed. Ask the sender for a new link.',
  CONSENT_COVERED:
    'Part of the signing area is covered by the page around it.\nNothing was signed. Uncover it, or sign in a window.',
  CONSENT_WINDOW_BLOCKED:
    'The browser blocked the signing window.\nNothing was signed. Allow pop-ups for this page and press again.',
  CONSENT_WINDOW_CLOSED: 'The signing window was closed.\nNothing was signed. Press again to open it.',
  CONSENT_CODE_INCORRECT: 'The code is wrong.\nNothing was signed. Try again.',
  CONSENT_CODE_LOCKED: 'Too many wrong codes.\nNothing was signed. Ask for a new code.',
  CONSENT_CODE_USED: 'This code was used already.\nNothing was signed. Wait for the next one.',
  CONSENT_CODE_PAUSED: 'Too many wrong codes.\nNothing was signed. After a pause the code is asked again.',
  CONSENT_NOT_ENROLLED:
    'This key has nothing to confirm with yet.\nNothing was signed. Sign in a window: it is set up there first.',
  CONSENT_PASSKEY_FAILED: 'The passkey did not confirm.\nNothing was signed. Try again.',
  UNATTENDED_FORBIDDEN: 'This deployment does not permit signing without a person.\nNothing was signed.',
  UNATTENDED_NOT_GRANTED:
    'Nobody has agreed to signing without being asked.\nNothing was signed. The holder of the key must agree first.',
  KEY_PASSKEY_UNAVAILABLE:
    'This browser or device offers no passkeys here.\nNothing was signed or stored. Use a backup file with a passphrase instead.',
  KEY_PASSKEY_WITHOUT_PRF:
    'This passkey cannot protect a key.\nNothing was stored. Choose another passkey, or a backup file with a passphrase.',
  KEY_RECOVERY_CODE_INCORRECT:
    'The recovery code is wrong.\nNothing was restored. Check it letter by letter and try again.',
  KEY_BACKUP_MALFORMED: 'This is not a backup of a key, or it is damaged.\nNothing was restored. Choose another file.',
  KEY_BACKUP_SECRET_INCORRECT: 'The passphrase does not open this backup.\nNothing was restored. Try again.',
  KEY_REQUEST_INVALID:
    'The certificate request could not be made from these details.\nNothing was stored. Correct them and try again.',
  FORMAT_OUTPUT_INVALID:
    'The signed file did not pass our own check.\nIt was thrown away and your document is unchanged. Try again, and report the code if it repeats.',
  TSA_SIGNATURE_INVALID: 'The time-stamp is not signed by the service it names.\nIt was not used. Try another service.',
  ENVELOPE_MANIFEST_INVALID:
    'The envelope’s rules in this document cannot be read.\nNothing was signed. Ask whoever sent it for a new one.',
  ENVELOPE_MANIFEST_MISSING: 'This document is not an envelope.\nIt can be signed as an ordinary document.',
  ENVELOPE_MANIFEST_DUPLICATED:
    'This document carries more than one set of rules.\nNothing was signed: nobody could say which holds. Ask for a new one.',
  ENVELOPE_NOT_CERTIFIED:
    'Nobody vouches for the rules of this envelope.\nNothing was signed. Its author must seal it first.',
  ENVELOPE_BROKEN:
    'This envelope was changed in a way its rules do not permit.\nDo not sign it. Ask whoever sent it for the last good copy.',
  ENVELOPE_ALREADY_SIGNED:
    'The document was signed before it became an envelope.\nIt is unchanged. Start from an unsigned copy.',
  ENVELOPE_OUT_OF_TURN:
    'It is not your turn yet.\nNothing was signed. You will be asked when those before you have signed.',
  ENVELOPE_NOT_A_SIGNATORY:
    'You are not among those who sign this envelope.\nNothing was signed. Check the certificate, or ask whoever sent it.',
  ENVELOPE_SIGNED_ALREADY: 'You have signed this envelope already.\nNothing was added.',
  ENVELOPE_EXPIRED:
    'The time for signing this envelope is over.\nNothing was signed. Ask whoever sent it for more time.',
  ENVELOPE_CLOSED: 'This envelope is closed.\nNothing was signed. It was completed, declined or withdrawn.',
  ENVELOPE_FIELD_REQUIRED: 'Something that must be filled in is still empty.\nNothing was signed. Fill it in first.',
  ENVELOPE_CLOCK_BEFORE_PREVIOUS:
    'The clock of this computer is earlier than the signature before yours.\nNothing was signed. Set the clock right and try again.',
  ENVELOPE_KIND_MISMATCH:
    'The envelope asks for another kind of signature from you.\nNothing was signed. Choose a certificate of that kind.',
  ENVELOPE_CODE_INCORRECT: 'The code is wrong.\nNothing was signed. Try again, or ask for a new one.',
  ENVELOPE_DELEGATION_FORBIDDEN: 'This envelope does not let you pass it on.\nNothing was changed.',
  ENVELOPE_DIVERGED:
    'There are two copies of this envelope with different signatures.\nNothing was signed. Whoever sent it must choose one.',
  ENVELOPE_DOCUMENT_MISMATCH:
    'The envelope’s rules belong to another document.\nDo not sign it. Ask whoever sent it for the right file.',
  ENVELOPE_RESAVED:
    'Another program wrote this envelope anew, and its signatures went with it.\nNothing was signed. Use the copy from before that.',
  ENVELOPE_DRAFT_INVALID:
    'The envelope cannot be prepared like this.\nThe document is unchanged. Correct what is marked and try again.',
  ENVELOPE_TEMPLATE_INVALID:
    'This file is not an envelope template.\nNothing was changed. Choose a template saved here.',
  ENVELOPE_ALGORITHM_FORBIDDEN:
    'The envelope asks for a key of another kind.\nNothing was signed. Choose another certificate.',
  ENVELOPE_CODE_TOO_SHORT:
    'This code is too easy to guess.\nNothing was signed. Use the code you were given, or a longer password.',
  ENVELOPE_RESEND_FORBIDDEN:
    'This envelope may not be sent again to someone who has signed.\nNothing was changed. Prepare a new envelope.',
  ENVELOPE_ROUNDS_EXHAUSTED:
    'This envelope was sent round as often as it allows.\nNothing was changed. Prepare a new envelope.',
  ENVELOPE_TOO_MANY_DOCUMENTS:
    'An envelope holds at most {most} documents; these are {count}.\nNothing was changed. Put them into several envelopes, or into one archive.',
  ENVELOPE_DOCUMENT_EMPTY:
    '{name} is empty.\nAn empty file says nothing that could be signed. Take it out, or choose the right file.',
  ENVELOPE_DOCUMENT_MISSING:
    'Documents of this envelope are not at hand: {names}.\nNothing was signed. Add these files; they came beside the envelope.',
  ENVELOPE_DOCUMENT_CHANGED:
    'Not the document that the envelope names: {names}.\nIts content is another. Nothing was signed. Ask whoever prepared the envelope for the right file.',
  ENVELOPE_DOCUMENT_UNKNOWN:
    'Not a document of this envelope: {names}.\nNothing was changed. Add the files that the list names.',
  ENVELOPE_COVER_DIFFERS:
    'The cover sheet says something else than what is sealed with it.\nNothing was signed. Ask whoever prepared the envelope for a true one.',
  WORKER_CRASHED:
    'The part of the page that does the work stopped.\nYour document is unchanged and nothing signed is lost. Try again; very large files may need more memory.',
  INTERNAL:
    'Something went wrong that should not.\nYour document is unchanged. Try again, and report the code if it repeats.',
} as const satisfies Readonly<Record<ErrorCode, string>>
