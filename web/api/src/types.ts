/** Names under which pages use the bodies of the REST interface (`schema.ts` is made of the server's own description). */
export type {
  CodeView as NewCode,
  LicencesView as Licences,
  LicenceView as Licence,
  LineView as Line,
  LinkPurpose,
  Login,
  Me,
  NewSessionView as NewSession,
  ProgramInfo as Program,
  ServerInfo,
  SessionView as SessionRow,
  Setup,
  UsageView as LicenceUsage,
} from './schema';

/** Systems that there are programs for. */
export type System = 'linux-x86_64' | 'windows-x86_64';
