/** Names under which pages use the bodies of the REST interface (`schema.ts` is made of the server's own description). */
export type {
  ChartView as Chart,
  CodeView as NewCode,
  HistoryView as History,
  LicencesView as Licences,
  LicenceView as Licence,
  LineView as Line,
  LinkPurpose,
  Login,
  Me,
  NewSessionView as NewSession,
  PastSession,
  ProgramInfo as Program,
  ReportRequest as SessionReport,
  Retention,
  ServerInfo,
  SessionView as SessionRow,
  Setup,
  UsageView as LicenceUsage,
} from './schema';

/** Systems that there are programs for. */
export type System = 'linux-x86_64' | 'windows-x86_64';

/** Which sessions of the history. */
export interface HistoryQuery {
  from_ms?: number;
  to_ms?: number;
  operator?: string;
  text?: string;
  before?: string;
  before_ms?: number;
}
