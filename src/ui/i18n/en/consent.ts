export const consent = {
  totpTitle: 'Confirm with your code app',
  totpAsk: 'The code that your app shows for this key now.',
  totpSetUp: 'Set up your code app',
  totpScan: 'Scan this with the code app on your phone, or type the key into it. Then enter the code it shows.',
  totpSecret: 'Key for the app',
  totpKeep:
    'Keep this key in a safe place too: it is not shown again, and without it or the app you need a new signing key here.',
  totpLocal:
    'It guards against a careless click at this computer. It does not keep out anyone who controls this browser.',
  totpQr: 'QR code for the code app',
  code: 'Six-digit code',
  confirm: 'Confirm and sign',
  enrol: 'Confirm and use from now on',
  wrong: { one: 'Wrong code. {count} try left.', other: 'Wrong code. {count} tries left.' },
  notThisCode: 'The app shows another code. Check the clock of the phone and of this computer.',
  used: 'This code was used already. Wait for the next one.',
  paused: 'Too many wrong codes. Wait until {time}.',
  passkeyTitle: 'Confirm with your passkey',
  passkeyAsk: {
    one: 'Your device asks who you are, for this document and no other.',
    other: 'Your device asks who you are, for these {count} documents and no others.',
  },
  passkeySetUp: 'Set up a passkey to confirm with',
  passkeySetUpMeans: 'Your device makes a passkey for this key. It is asked each time before the key signs.',
  passkeyConfirm: 'Confirm with passkey',
  passkeyEnrol: 'Set up passkey',
} as const
