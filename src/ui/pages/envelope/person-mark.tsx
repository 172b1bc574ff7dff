import '../../styles/envelope.css'

/** A person's number in the person's colour: the number says it alone. */
export function PersonMark({ index }: { index: number }) {
  return (
    <span className="person-mark" data-person={index % 8} aria-hidden="true">
      {index + 1}
    </span>
  )
}
