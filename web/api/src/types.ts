/** Names under which pages use the bodies of the REST interface (`schema.ts` is made of the server's own description). */
export type {
  CodeView as NewCode,
  Complete as RegistrationForm,
  EmailLinkView as EmailLink,
  FactorState,
  FactorView as NewFactor,
  Imported,
  Invitation,
  LinkPurpose,
  Login,
  LoginView as LoginRow,
  Me,
  NewPerson,
  NewPersonView,
  NewSessionView as NewSession,
  ProfileChange,
  ProfileView as Profile,
  ProgramInfo as Program,
  Register,
  RegistrationView as Registration,
  ServerInfo,
  SessionView as SessionRow,
  Setup,
  UserPage,
  UserRow,
} from './schema';

/** Systems that there are programs for. */
export type System = 'linux-x86_64' | 'windows-x86_64';
