import type { EnvelopeLanguage, SignatoryRole } from './manifest.ts'
import type { NoticeKind, NoticeTemplate } from './notices.ts'

type Texts = Readonly<
  Record<Exclude<NoticeKind, 'turn'>, NoticeTemplate> & { turn: Record<SignatoryRole, NoticeTemplate> }
>

const turn = (
  subjects: Record<SignatoryRole, string>,
  bodies: Record<SignatoryRole, string>,
  rest: string,
): Texts['turn'] => {
  const of = (role: SignatoryRole): NoticeTemplate => ({ subject: subjects[role], body: `${bodies[role]}\n\n${rest}` })
  return { signer: of('signer'), approver: of('approver'), visa: of('visa'), copy: of('copy') }
}

/** The ready texts; a host may put its own in their place. */
export const NOTICE_TEXTS: Readonly<Record<EnvelopeLanguage, Texts>> = {
  en: {
    turn: turn(
      {
        signer: 'Please sign: {title}',
        approver: 'Please approve: {title}',
        visa: 'Ready for your visa: {title}',
        copy: 'For you: {title}',
      },
      {
        signer: '{name},\n\n{preparer} asks you to sign “{title}”.',
        approver: '{name},\n\n{preparer} asks you to approve “{title}”.',
        visa: '{name},\n\nEverybody has signed “{title}”. Please check it and give your visa.',
        copy: '{name},\n\n{preparer} sends you “{title}”.',
      },
      '{message}\n\nYou are asked again: {reason}\nTo be signed before {deadline}.\n\n{link}',
    ),
    signed: { subject: '{actor} has signed: {title}', body: '{actor} has signed “{title}”.\n\n{link}' },
    declined: {
      subject: '{actor} declines: {title}',
      body: '{actor} does not sign “{title}”.\n\nReason: {reason}\n\n{link}',
    },
    delegated: {
      subject: '{actor} passes it on: {title}',
      body: '{actor} has passed “{title}” on to {reason}.\n\n{link}',
    },
    closed: { subject: 'Withdrawn: {title}', body: '“{title}” was withdrawn.\n\nReason: {reason}' },
    round: { subject: 'A new round: {title}', body: '“{title}” goes round again.\n\nReason: {reason}\n\n{link}' },
    'all-signed': { subject: 'All have signed: {title}', body: 'All have signed “{title}”.\n\n{link}' },
    complete: {
      subject: 'Complete: {title}',
      body: '“{title}” is complete. Keep the file: it holds every signature.\n\n{link}',
    },
  },
  ru: {
    turn: turn(
      {
        signer: 'Подпишите, пожалуйста: {title}',
        approver: 'Согласуйте, пожалуйста: {title}',
        visa: 'Ждёт вашей визы: {title}',
        copy: 'Для вас: {title}',
      },
      {
        signer: '{name}!\n\n{preparer} просит вас подписать «{title}».',
        approver: '{name}!\n\n{preparer} просит вас согласовать «{title}».',
        visa: '{name}!\n\nВсе подписали «{title}». Проверьте и поставьте визу.',
        copy: '{name}!\n\n{preparer} направляет вам «{title}».',
      },
      '{message}\n\nПросим повторно: {reason}\nПодписать до {deadline}.\n\n{link}',
    ),
    signed: { subject: 'Подписано: {title} — {actor}', body: 'Подписал(а) «{title}»: {actor}.\n\n{link}' },
    declined: {
      subject: 'Отказ: {title} — {actor}',
      body: 'Отказ подписать «{title}»: {actor}.\n\nПричина: {reason}\n\n{link}',
    },
    delegated: {
      subject: 'Передано другому: {title}',
      body: '«{title}»: вместо {actor} подписывает {reason}.\n\n{link}',
    },
    closed: { subject: 'Отозвано: {title}', body: '«{title}» отозван.\n\nПричина: {reason}' },
    round: {
      subject: 'Новый круг: {title}',
      body: '«{title}» отправляется на подпись заново.\n\nПричина: {reason}\n\n{link}',
    },
    'all-signed': { subject: 'Все подписали: {title}', body: 'Все подписали «{title}».\n\n{link}' },
    complete: {
      subject: 'Завершено: {title}',
      body: 'Подписание «{title}» завершено. Сохраните файл: в нём все подписи.\n\n{link}',
    },
  },
  uk: {
    turn: turn(
      {
        signer: 'Підпишіть, будь ласка: {title}',
        approver: 'Погодьте, будь ласка: {title}',
        visa: 'Чекає на вашу візу: {title}',
        copy: 'Для вас: {title}',
      },
      {
        signer: '{name}!\n\n{preparer} просить вас підписати «{title}».',
        approver: '{name}!\n\n{preparer} просить вас погодити «{title}».',
        visa: '{name}!\n\nУсі підписали «{title}». Перевірте та поставте візу.',
        copy: '{name}!\n\n{preparer} надсилає вам «{title}».',
      },
      '{message}\n\nПросимо повторно: {reason}\nПідписати до {deadline}.\n\n{link}',
    ),
    signed: { subject: 'Підписано: {title} — {actor}', body: 'Підписано «{title}»: {actor}.\n\n{link}' },
    declined: {
      subject: 'Відмова: {title} — {actor}',
      body: 'Відмова підписати «{title}»: {actor}.\n\nПричина: {reason}\n\n{link}',
    },
    delegated: {
      subject: 'Передано іншому: {title}',
      body: '«{title}»: замість {actor} підписує {reason}.\n\n{link}',
    },
    closed: { subject: 'Відкликано: {title}', body: '«{title}» відкликано.\n\nПричина: {reason}' },
    round: {
      subject: 'Нове коло: {title}',
      body: '«{title}» вирушає на підпис знову.\n\nПричина: {reason}\n\n{link}',
    },
    'all-signed': { subject: 'Усі підписали: {title}', body: 'Усі підписали «{title}».\n\n{link}' },
    complete: {
      subject: 'Завершено: {title}',
      body: 'Підписання «{title}» завершено. Збережіть файл: у ньому всі підписи.\n\n{link}',
    },
  },
}
