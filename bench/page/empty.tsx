// A React page with nothing but a button: what any frame made with React costs before it can be used.
import { createRoot } from 'react-dom/client'

const element = document.getElementById('root')
if (element)
  createRoot(element).render(
    <button type="button" className="act">
      Here
    </button>,
  )
