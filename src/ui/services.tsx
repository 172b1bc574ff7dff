import { createContext, use } from 'react'
import type { Services } from '../app/services.ts'

const ServicesContext = createContext<Services | null>(null)

export const ServicesProvider = ServicesContext.Provider

/** What main.tsx composed; the pages know nothing else of the app. */
export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new TypeError('ServicesProvider is missing')
  return services
}
