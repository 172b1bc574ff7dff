export const common = {
  navigation: 'Pages',
  nav_sign: 'Sign',
  nav_verify: 'Verify',
  nav_keys: 'Keys',
  nav_company: 'Company certificates',
  nav_about: 'About',
  language: 'Language',
  close: 'Close',
  cancel: 'Cancel',
  oneMoment: 'One moment…',
  chooseFiles: 'Choose files',
  dropHere: 'Drop the files here',
  andMore: { one: 'and {count} more', other: 'and {count} more' },
  updateReady: 'A new version {version} is ready. It starts when you say so; finish what you are signing first.',
  updateNow: 'Update now',
  updateLater: 'Later',
  settingsOf: 'The settings of this site cannot be reached. Those of {date} hold.',
  settingsNone:
    'The settings of this site cannot be reached. Without them no time-stamps are made and nobody is trusted.',
  aboutTitle: 'About Countersign',
  aboutIntro:
    'Electronic signatures made and checked in this browser. There is no server that could see a document or a key.',
  aboutLocal: 'Documents stay here',
  aboutLocalMeans:
    'A document is read, shown, signed and checked by this page alone. Only what you ask for leaves the browser: a time-stamp request holds a digest and never the document.',
  aboutKeys: 'Keys stay here too',
  aboutKeysMeans:
    'A key made here is kept by this browser so that no script can read it, this page included. It can sign and it cannot be copied, so it cannot be backed up either: a lost key is replaced by a new one, and what it signed stays signed.',
  aboutTrust: 'You decide whom to trust',
  aboutTrustMeans:
    'No certificate is trusted by default. A signature is shown as trusted only when its certificate leads to one that you, or whoever runs this page, put on the list.',
  version: 'Version',
  build: 'Build',
  buildUnknown: 'not stored for offline use yet',
  offline: 'Without a network',
  offlineReady: { one: 'Works: {count} file is stored', other: 'Works: {count} files are stored' },
  offlineNot: 'Not yet: open the page once more with a network',
} as const
