/** The few words of this page, in the portal's language. */
const ENGLISH = {
  title: 'Documents of this record',
  none: 'There are no files in the file fields of this record.',
  sign: 'Sign',
  signed: 'Signed by',
  saved: 'The signed copy is in the record.',
  failed: 'Not signed',
  noTarget: 'No field for signed copies was chosen yet. An administrator chooses it on the page of this app.',
  noRecord: 'Open this app from a record of the CRM.',
  install: 'Set up signing',
  installMeans: 'Adds a Sign tab to the records below. The token of this portal never reaches the signer.',
  target: 'Field for signed copies of deals',
  create: 'Create a new field “Signed documents”',
  finish: 'Finish',
  adminOnly: 'Only an administrator of the portal can set this up.',
}
type Words = typeof ENGLISH

const RUSSIAN: Words = {
  title: 'Документы этой записи',
  none: 'В файловых полях этой записи нет файлов.',
  sign: 'Подписать',
  signed: 'Подписал(а)',
  saved: 'Подписанная копия сохранена в записи.',
  failed: 'Не подписано',
  noTarget: 'Поле для подписанных копий ещё не выбрано. Его выбирает администратор на странице этого приложения.',
  noRecord: 'Откройте это приложение из записи CRM.',
  install: 'Настройка подписи',
  installMeans: 'Добавляет вкладку «Подписать» в записи ниже. Токен портала никогда не попадает в модуль подписи.',
  target: 'Поле для подписанных копий сделок',
  create: 'Создать новое поле «Подписанные документы»',
  finish: 'Готово',
  adminOnly: 'Настроить это может только администратор портала.',
}

const UKRAINIAN: Words = {
  title: 'Документи цього запису',
  none: 'У файлових полях цього запису немає файлів.',
  sign: 'Підписати',
  signed: 'Підписав(ла)',
  saved: 'Підписану копію збережено в записі.',
  failed: 'Не підписано',
  noTarget: 'Поле для підписаних копій ще не вибрано. Його вибирає адміністратор на сторінці цього застосунку.',
  noRecord: 'Відкрийте цей застосунок із запису CRM.',
  install: 'Налаштування підпису',
  installMeans: 'Додає вкладку «Підписати» до записів нижче. Токен порталу ніколи не потрапляє до модуля підпису.',
  target: 'Поле для підписаних копій угод',
  create: 'Створити нове поле «Підписані документи»',
  finish: 'Готово',
  adminOnly: 'Налаштувати це може лише адміністратор порталу.',
}

export function wordsOf(language: string): Words {
  if (language === 'ru') return RUSSIAN
  return language === 'ua' || language === 'uk' ? UKRAINIAN : ENGLISH
}
