/** The few words of this page, in the portal's language. */
const ENGLISH = {
  title: 'Documents of this record',
  none: 'There are no files in the file fields of this record.',
  sign: 'Sign',
  signed: 'Signed by',
  saved: 'The signed copy is in the record.',
  declined: 'Declined',
  failed: 'Not signed.',
  fetching: 'Fetching the document',
  choose: 'The document cannot be fetched from the portal here. Download it there, and choose the downloaded file:',
  noTarget: 'No field for signed copies was chosen yet. An administrator chooses it on the page of this app.',
  noRecord: 'Open this app from a record of the CRM.',
  receipt: 'Receipt',
  install: 'Set up signing',
  installMeans:
    'Choose where in your CRM documents are signed, and the field that signed copies go to. The token of this portal never reaches the signer.',
  places: {
    DETAIL_TAB: 'Tab',
    DETAIL_TOOLBAR: 'Toolbar',
    DETAIL_ACTIVITY: 'Activity',
    DOCUMENTGENERATOR_BUTTON: 'Document generator',
  },
  types: {
    DEAL: 'Deals',
    LEAD: 'Leads',
    CONTACT: 'Contacts',
    COMPANY: 'Companies',
    QUOTE: 'Quotes',
    SMART_INVOICE: 'Invoices',
  },
  target: 'Signed copies go to',
  create: 'A new field “Signed documents”',
  field: 'Signed documents',
  finish: 'Finish',
  working: 'Setting up…',
  installed: 'Set up. Open a record and sign.',
  notInstalled: 'Not set up:',
  adminOnly: 'Only an administrator of the portal can set this up.',
  outside:
    'This page works inside a Bitrix24 portal. Register its address, or the archive it came in, as a local application there, and open it from the portal.',
  version: 'Version',
}
export type Words = typeof ENGLISH

const RUSSIAN: Words = {
  title: 'Документы этой записи',
  none: 'В файловых полях этой записи нет файлов.',
  sign: 'Подписать',
  signed: 'Подписал(а)',
  saved: 'Подписанная копия сохранена в записи.',
  declined: 'Отказ от подписи',
  failed: 'Не подписано.',
  fetching: 'Документ загружается',
  choose: 'Загрузить документ с портала здесь не удаётся. Скачайте его там и выберите скачанный файл:',
  noTarget: 'Поле для подписанных копий ещё не выбрано. Его выбирает администратор на странице этого приложения.',
  noRecord: 'Откройте это приложение из записи CRM.',
  receipt: 'Квитанция',
  install: 'Настройка подписи',
  installMeans:
    'Выберите, где в CRM подписываются документы и в какое поле попадают подписанные копии. Токен портала никогда не попадает в модуль подписи.',
  places: {
    DETAIL_TAB: 'Вкладка',
    DETAIL_TOOLBAR: 'Панель',
    DETAIL_ACTIVITY: 'Дела',
    DOCUMENTGENERATOR_BUTTON: 'Генератор документов',
  },
  types: {
    DEAL: 'Сделки',
    LEAD: 'Лиды',
    CONTACT: 'Контакты',
    COMPANY: 'Компании',
    QUOTE: 'Предложения',
    SMART_INVOICE: 'Счета',
  },
  target: 'Подписанные копии попадают в поле',
  create: 'Новое поле «Подписанные документы»',
  field: 'Подписанные документы',
  finish: 'Готово',
  working: 'Настройка…',
  installed: 'Настроено. Откройте запись и подпишите.',
  notInstalled: 'Не настроено:',
  adminOnly: 'Настроить это может только администратор портала.',
  outside:
    'Эта страница работает внутри портала Битрикс24. Зарегистрируйте её адрес или её архив как локальное приложение и откройте её на портале.',
  version: 'Версия',
}

const UKRAINIAN: Words = {
  title: 'Документи цього запису',
  none: 'У файлових полях цього запису немає файлів.',
  sign: 'Підписати',
  signed: 'Підписав(ла)',
  saved: 'Підписану копію збережено в записі.',
  declined: 'Відмова від підпису',
  failed: 'Не підписано.',
  fetching: 'Документ завантажується',
  choose: 'Завантажити документ із порталу тут не вдається. Завантажте його там і виберіть завантажений файл:',
  noTarget: 'Поле для підписаних копій ще не вибрано. Його вибирає адміністратор на сторінці цього застосунку.',
  noRecord: 'Відкрийте цей застосунок із запису CRM.',
  receipt: 'Квитанція',
  install: 'Налаштування підпису',
  installMeans:
    'Виберіть, де в CRM підписуються документи й до якого поля потрапляють підписані копії. Токен порталу ніколи не потрапляє до модуля підпису.',
  places: {
    DETAIL_TAB: 'Вкладка',
    DETAIL_TOOLBAR: 'Панель',
    DETAIL_ACTIVITY: 'Справи',
    DOCUMENTGENERATOR_BUTTON: 'Генератор документів',
  },
  types: {
    DEAL: 'Угоди',
    LEAD: 'Ліди',
    CONTACT: 'Контакти',
    COMPANY: 'Компанії',
    QUOTE: 'Пропозиції',
    SMART_INVOICE: 'Рахунки',
  },
  target: 'Підписані копії потрапляють до поля',
  create: 'Нове поле «Підписані документи»',
  field: 'Підписані документи',
  finish: 'Готово',
  working: 'Налаштування…',
  installed: 'Налаштовано. Відкрийте запис і підпишіть.',
  notInstalled: 'Не налаштовано:',
  adminOnly: 'Налаштувати це може лише адміністратор порталу.',
  outside:
    'Ця сторінка працює всередині порталу Бітрікс24. Зареєструйте її адресу або її архів як локальний застосунок і відкрийте її на порталі.',
  version: 'Версія',
}

export function wordsOf(language: string): Words {
  if (language === 'ru') return RUSSIAN
  return language === 'ua' || language === 'uk' ? UKRAINIAN : ENGLISH
}
