// oxlint-disable-next-line import/default -- Vite gives the address of the built worker
import url from './core.worker.ts?worker&url'

export const workerUrl: string = url
