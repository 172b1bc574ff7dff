import '../../styles/envelope-people.css'

/** A person's number in the person's colour: the number says it alone. */
export function PersonMark({ index }: { index: number }) {
  // Drawn by the style sheet, so that it is no part of the name of what it stands on.
  return <span className="person-mark" data-person={index % 8} data-number={index + 1} aria-hidden="true" />
}
