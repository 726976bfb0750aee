/** Names under which pages use the bodies of the REST interface (`schema.ts` is made of the server's own description). */
export type {
  ApiKeyView as ApiKey,
  ChartView as Chart,
  CodeView as NewCode,
  Complete as RegistrationForm,
  EmailLinkView as EmailLink,
  EmbedView as Embed,
  FactorState,
  FactorView as NewFactor,
  HistoryOperator,
  HistoryView as History,
  Imported,
  Invitation,
  LicencesView as Licences,
  LicenceView as Licence,
  LineView as Line,
  LiveSession,
  LiveView as Live,
  LinkPurpose,
  Login,
  LoginView as LoginRow,
  FunctionView as FunctionAnswer,
  GroupView as Group,
  GuidanceRequest as Guidance,
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
  ReportedFile,
  ReportRequest as SessionReport,
  Retention,
  ServerInfo,
  SessionStory,
  SessionView as SessionRow,
  Setup,
  StoryEvent,
  StoryFile,
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

/** Whose sessions that have not ended. */
export type Scope = 'own' | 'groups' | 'organisation';

/** Which sessions that have not ended. */
export interface LiveQuery {
  scope: Scope;
  text?: string;
  before?: string;
  before_ms?: number;
}
