/** Names under which pages use the bodies of the REST interface (`schema.ts` is made of the server's own description). */
export type {
  ApiKeyView as ApiKey,
  ChartView as Chart,
  CodeView as NewCode,
  Complete as RegistrationForm,
  EmailLinkView as EmailLink,
  FactorState,
  FactorView as NewFactor,
  HistoryView as History,
  Imported,
  Invitation,
  LicencesView as Licences,
  LicenceView as Licence,
  LineView as Line,
  LinkPurpose,
  Login,
  LoginView as LoginRow,
  FunctionView as FunctionAnswer,
  GroupView as Group,
  Me,
  MemberView as Member,
  PermissionsView as Permissions,
  NewKey,
  NewKeyView,
  NewPerson,
  NewPersonView,
  NewSessionView as NewSession,
  PastSession,
  ProfileChange,
  ProfileView as Profile,
  ProgramInfo as Program,
  Register,
  RegistrationView as Registration,
  ReportRequest as SessionReport,
  Retention,
  ServerInfo,
  SessionStory,
  SessionView as SessionRow,
  Setup,
  StoryEvent,
  UsageView as LicenceUsage,
  UserPage,
  UserRow,
} from './schema';

/** Systems that there are programs for. */
export type System = 'linux-x86_64' | 'windows-x86_64';

/** Whose permissions: the caller's own to read, the organization's, a group's, a person's. */
export type Whose = 'own' | 'organisation' | { group: string } | { user: string };

/** Which sessions of the history. */
export interface HistoryQuery {
  from_ms?: number;
  to_ms?: number;
  operator?: string;
  text?: string;
  before?: string;
  before_ms?: number;
}
