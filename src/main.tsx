import { createRoot } from 'react-dom/client'
import { compose } from './compose.entry.ts'
import { App } from './ui/app.tsx'

const root = document.getElementById('root')
if (!root) throw new TypeError('index.html has no #root')
createRoot(root).render(<App services={compose()} />)
