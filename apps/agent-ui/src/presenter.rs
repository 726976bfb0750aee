//! Puts views into windows and turns what is pressed into events. Lives on the windows' thread; decides nothing but which of
//! its windows is in sight.

mod answers;
mod copying;
#[cfg(test)]
mod fits;
mod lines;
mod looks;
mod places;
mod rights;
mod shown;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use i_slint_backend_winit::{EventResult, WinitWindowAccessor};
use slint::language::ColorScheme;
use slint::{CloseRequestResponse, ComponentHandle, Model, ModelRc, Timer, VecModel};

use crate::app::{Theme, UiOptions};
use crate::clean;
use crate::code::spoken_digits;
use crate::generated::{
    Actions, AskCodeModel, BarModel, BarWindow, ConnectingModel, CopyingModel, EndedModel, LineModel,
    MainWindow, Page, PermissionModel, ProblemModel, RightModel, ShownWindow, Tokens, Tone, Words,
};
use crate::mailbox::Mailbox;
use crate::{Area, BarState, BarView, Capabilities, ChatFrom, ChatLine, Lang, Operator, UiEvent, View};
use crate::{messages, placement, platform, sentences, wrap};
use lines::line_model;

/// Characters of technical detail that are shown.
const DETAILS: usize = 2_000;
/// Characters of a server name that are handed on.
const SERVER: usize = 300;
/// Above this the unread messages are not counted out.
const MANY: u32 = 99;

pub(crate) struct Presenter {
    main: MainWindow,
    bar: BarWindow,
    shown: ShownWindow,
    lines: Rc<VecModel<LineModel>>,
    rights: Rc<VecModel<RightModel>>,
    copying: Rc<VecModel<CopyingModel>>,
    mailbox: Arc<Mailbox>,
    events: Box<dyn Fn(UiEvent)>,
    state: RefCell<State>,
    seen: RefCell<shown::Shown>,
    /// Looks now and then whether the bar is covered.
    look: Timer,
}

struct State {
    lang: Lang,
    view: Option<View>,
    bar: Option<BarView>,
    chat: VecDeque<ChatLine>,
    chat_open: bool,
    unread: u32,
    area: Option<Area>,
    /// How far the person slid the bar from the middle, in physical pixels.
    slid: i32,
    answers: answers::Answers,
    own_windows: Vec<u64>,
    theme: Theme,
}

impl Presenter {
    pub(crate) fn new(
        (main, bar, shown): (MainWindow, BarWindow, ShownWindow),
        mailbox: Arc<Mailbox>,
        options: &UiOptions,
        events: Box<dyn Fn(UiEvent)>,
    ) -> Rc<Self> {
        let lines = Rc::new(VecModel::default());
        main.set_lines(ModelRc::from(Rc::clone(&lines)));
        let rights = Rc::new(VecModel::default());
        bar.set_rights(ModelRc::from(Rc::clone(&rights)));
        let copying = Rc::new(VecModel::default());
        bar.set_copying(ModelRc::from(Rc::clone(&copying)));
        main.set_version(options.version.as_str().into());
        main.set_calm(options.calm);
        let scheme = match options.theme {
            Theme::System => None,
            Theme::Light => Some(ColorScheme::Light),
            Theme::Dark | Theme::Contrast => Some(ColorScheme::Dark),
        };
        if let Some(scheme) = scheme {
            main.invoke_set_color_scheme(scheme);
            bar.invoke_set_color_scheme(scheme);
            shown.invoke_set_color_scheme(scheme);
        }
        let state = State {
            lang: options.lang,
            view: None,
            bar: None,
            chat: VecDeque::new(),
            chat_open: false,
            unread: 0,
            area: None,
            slid: 0,
            answers: answers::Answers::default(),
            own_windows: Vec::new(),
            theme: options.theme,
        };
        let presenter = Rc::new(Self {
            main,
            bar,
            shown,
            lines,
            rights,
            copying,
            mailbox,
            events,
            state: RefCell::new(state),
            seen: RefCell::default(),
            look: Timer::default(),
        });
        presenter.listen();
        presenter.speak();
        presenter.take_colors();
        presenter
    }

    /// Takes what other threads want shown.
    pub(crate) fn read_mail(self: &Rc<Self>) {
        let mail = self.mailbox.take();
        if mail.quit {
            self.hide_all();
            return;
        }
        if let Some(area) = mail.area {
            self.state.borrow_mut().area = Some(area);
            self.place_bar();
        }
        if let Some(bar) = mail.bar {
            self.set_bar(bar);
        }
        if mail.clear_chat {
            self.replace_chat(mail.chat);
        } else {
            mail.chat.into_iter().for_each(|line| self.add_line(line));
        }
        if let Some(view) = mail.view {
            self.set_view(view);
        }
        if let Some(shown) = mail.shown {
            self.set_shown_view(shown);
        }
        self.look_at_canvas();
        if mail.open_chat {
            self.open_chat(true);
        }
        self.show();
        if mail.forward {
            self.bring_forward();
        }
    }

    fn set_view(&self, view: View) {
        let from_chat = {
            let mut state = self.state.borrow_mut();
            let from_chat = state.chat_open && view != View::Session;
            state.chat_open &= !from_chat;
            state.view = Some(view);
            from_chat
        };
        self.main.set_about(false);
        if from_chat {
            // What comes after the session is not said in the chat's corner.
            self.place_main(placement::middle);
        }
    }

    fn set_bar(&self, bar: Option<BarView>) {
        let mut state = self.state.borrow_mut();
        let named = bar.as_ref().and_then(|bar| bar.operator.as_ref()) != state.operator();
        state.bar = bar;
        drop(state);
        if named {
            self.retell();
        }
    }

    /// Whatever of this program can be in sight.
    fn windows(&self) -> [&slint::Window; 3] {
        [self.main.window(), self.bar.window(), self.shown.window()]
    }

    fn emit(&self, event: UiEvent) {
        (self.events)(event);
    }

    // What the person does.

    fn listen(self: &Rc<Self>) {
        self.listen_to(&self.main.global::<Actions>());
        self.listen_to(&self.bar.global::<Actions>());
        self.listen_to_shown();
        self.main.on_mail(self.calling(Self::read_mail));
        self.main.on_hide_chat(self.calling(|me| me.open_chat(false)));
        self.bar.on_resized(self.calling(|me| me.place_bar()));

        for words in [self.main.global::<Words>(), self.bar.global::<Words>()] {
            words.on_held(|text| wrap::held(&text).into());
        }

        let weak = Rc::downgrade(self);
        self.main.window().on_close_requested(move || {
            if let Some(me) = weak.upgrade() {
                me.closed();
            }
            // The program answers with what comes next; until then the window stays.
            CloseRequestResponse::KeepWindowShown
        });
        self.bar
            .window()
            .on_close_requested(|| CloseRequestResponse::KeepWindowShown);

        for window in self.windows() {
            let weak = Rc::downgrade(self);
            window.on_winit_window_event(move |_, _| {
                if let Some(me) = weak.upgrade() {
                    me.tell_own_windows();
                }
                EventResult::Propagate
            });
        }
    }

    fn listen_to(self: &Rc<Self>, actions: &Actions<'_>) {
        let weak = Rc::downgrade(self);
        actions.on_allow(move |view, control| {
            if let Some(me) = weak.upgrade() {
                me.emit(UiEvent::Allow(Capabilities { view, control }));
            }
        });
        actions.on_code_ready(|server, code| !server.trim().is_empty() && spoken_digits(&code).is_some());
        let weak = Rc::downgrade(self);
        actions.on_connect(move |server, code| {
            if let (Some(me), Some(code)) = (weak.upgrade(), spoken_digits(&code)) {
                let server = clean::one_line(&server, SERVER);
                me.emit(UiEvent::Connect { server, code });
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_answer(move |yes| {
            if let Some(me) = weak.upgrade() {
                // The question that is in sight, whatever is on its way.
                let asked = me.state.borrow().bar.as_ref().and_then(|bar| bar.question);
                if let Some(asked) = asked
                    && me.state.borrow_mut().answers.takes(Instant::now())
                {
                    me.emit(UiEvent::Answer(asked.capability, yes));
                }
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_send(move |text| {
            let text = clean::lines(&text, ChatLine::LONGEST);
            if let Some(me) = weak.upgrade()
                && !text.trim().is_empty()
            {
                me.emit(UiEvent::Say(text));
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_drag_bar(move |by| {
            if let Some(me) = weak.upgrade() {
                me.slide_bar(by);
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_give(move |right| {
            if let Some(me) = weak.upgrade() {
                me.emit(UiEvent::Give(rights::capability(right)));
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_withdraw(move |right| {
            if let Some(me) = weak.upgrade() {
                me.emit(UiEvent::Withdraw(rights::capability(right)));
            }
        });
        let weak = Rc::downgrade(self);
        actions.on_stop_copying(move |transfer| {
            if let Some(me) = weak.upgrade() {
                me.emit(UiEvent::StopCopying(transfer.cast_unsigned()));
            }
        });
        actions.on_decline(self.calling(|me| me.emit(UiEvent::Decline)));
        actions.on_retry(self.calling(|me| me.emit(UiEvent::Retry)));
        actions.on_cancel(self.calling(|me| me.emit(UiEvent::Leave)));
        actions.on_pause(self.calling(|me| me.emit(UiEvent::Pause)));
        actions.on_resume(self.calling(|me| me.emit(UiEvent::Resume)));
        actions.on_end(self.calling(|me| me.emit(UiEvent::End)));
        actions.on_chat(self.calling(|me| {
            me.open_chat(true);
            me.bring_forward();
        }));
        actions.on_switch_language(self.calling(|me| {
            let lang = me.state.borrow().lang.other();
            me.state.borrow_mut().lang = lang;
            me.speak();
            me.fill_shown();
            me.show();
            me.emit(UiEvent::Language(lang));
        }));
    }

    /// A callback that does `work` while the windows are there.
    fn calling(self: &Rc<Self>, work: impl Fn(&Rc<Self>) + 'static) -> impl FnMut() + 'static {
        let weak = Rc::downgrade(self);
        move || {
            if let Some(me) = weak.upgrade() {
                work(&me);
            }
        }
    }

    /// The window's own close button.
    fn closed(self: &Rc<Self>) {
        let view = self.state.borrow().view.clone();
        match view {
            Some(View::Session) => self.open_chat(false),
            Some(View::Permission(_)) => self.emit(UiEvent::Decline),
            Some(
                View::Connecting { .. } | View::AskCode { .. } | View::Problem { .. } | View::Ended { .. },
            )
            | None => {
                self.emit(UiEvent::Leave);
            }
        }
    }

    // What is in sight.

    /// Everything that depends on the language alone.
    fn speak(&self) {
        let lang = self.state.borrow().lang;
        let words = messages::messages(lang);
        let font = platform::font_family(lang);
        self.main.global::<Words>().set_t(words.clone());
        self.bar.global::<Words>().set_t(words.clone());
        self.shown.global::<Words>().set_t(words);
        self.main.global::<Tokens>().set_font_family(font.into());
        self.bar.global::<Tokens>().set_font_family(font.into());
        self.shown.global::<Tokens>().set_font_family(font.into());
        self.retell();
    }

    /// The chat again, as after a change of language or of the operator's name.
    fn retell(&self) {
        let state = self.state.borrow();
        let (lang, operator) = (state.lang, state.operator());
        let models: Vec<LineModel> = state
            .chat
            .iter()
            .map(|line| line_model(lang, operator, line))
            .collect();
        drop(state);
        self.lines.set_vec(models);
    }

    fn show(self: &Rc<Self>) {
        self.fill_main();
        self.fill_bar();
        let (main, bar) = {
            let state = self.state.borrow();
            let main = match &state.view {
                None => false,
                Some(View::Session) => state.chat_open,
                Some(_) => true,
            };
            (main, state.bar.is_some())
        };
        set_shown(&self.main, main);
        if bar && !self.bar.window().is_visible() {
            self.bar.set_folded(false);
            self.place_bar();
            self.keep_bar_above();
        }
        set_shown(&self.bar, bar);
        if bar {
            self.place_bar();
        }
    }

    fn fill_main(&self) {
        let state = self.state.borrow();
        let (lang, main) = (state.lang, &self.main);
        main.set_who(sentences::who(lang, state.operator()).into());
        let page = match &state.view {
            None => Page::Nothing,
            Some(View::Connecting { host, phase }) => {
                let (title, text) = sentences::connecting(lang, host, *phase);
                main.set_connecting(ConnectingModel {
                    title: title.into(),
                    text: text.into(),
                });
                Page::Connecting
            }
            Some(View::AskCode {
                reason,
                server,
                trouble,
                busy,
            }) => {
                let (title, text) = sentences::ask_code(lang, *reason);
                let trouble = trouble.map(|trouble| sentences::code_trouble(lang, trouble));
                main.set_ask_code(AskCodeModel {
                    title: title.into(),
                    text: text.into(),
                    server: clean::one_line(server.as_deref().unwrap_or_default(), SERVER).into(),
                    server_fixed: server.is_some(),
                    trouble: trouble.unwrap_or_default().into(),
                    busy: *busy,
                });
                Page::AskCode
            }
            Some(View::Problem {
                problem,
                details,
                report,
            }) => {
                let (title, text, can_retry) = sentences::problem(lang, problem);
                main.set_problem(ProblemModel {
                    title: title.into(),
                    text: text.into(),
                    details: clean::lines(details, DETAILS).into(),
                    report: clean::one_line(report, clean::NAME).into(),
                    can_retry,
                });
                Page::Problem
            }
            Some(View::Permission(permission)) => {
                let operator = permission.operator.as_ref();
                let caution = operator.map_or_else(|| sentences::not_confirmed(lang), |_| String::new());
                main.set_permission(PermissionModel {
                    domain: clean::one_line(&permission.domain, clean::NAME).into(),
                    organisation: sentences::protected(lang, operator, permission.protection).into(),
                    title: sentences::permission_title(lang, operator).into(),
                    caution: caution.into(),
                    asks_view: permission.asked.view,
                    asks_control: permission.asked.control,
                });
                Page::Permission
            }
            Some(View::Session) if state.chat_open => Page::Chat,
            Some(View::Session) => Page::Nothing,
            Some(View::Ended { reason, remains }) => {
                let (title, text) = sentences::ended(lang, *reason);
                main.set_ended(EndedModel {
                    title: title.into(),
                    text: text.into(),
                    remains: sentences::remains(lang, remains).into(),
                    clean: remains.is_empty(),
                });
                Page::Ended
            }
        };
        main.set_page(page);
    }

    fn fill_bar(&self) {
        let state = self.state.borrow();
        self.bar.set_shown(state.bar.is_some());
        let Some(bar) = &state.bar else { return };
        let lang = state.lang;
        let operator = bar.operator.as_ref();
        let question = bar
            .question
            .map(|question| sentences::question(lang, operator, question.capability))
            .unwrap_or_default();
        let (unread, unread_name) = match state.unread {
            0 => (String::new(), String::new()),
            n if n > MANY => (format!("{MANY}+"), sentences::unread(lang, n)),
            n => (n.to_string(), sentences::unread(lang, n)),
        };
        rights::fill(&self.rights, lang, &bar.rights);
        copying::fill(&self.copying, lang, operator, &bar.copying);
        self.bar.set_model(BarModel {
            status: sentences::bar_status(lang, bar.state).into(),
            // The state that comes and goes while the customer reaches for a button must not move the button.
            status_room: sentences::bar_status(lang, BarState::Yielded).into(),
            tone: match bar.state {
                BarState::Sharing | BarState::Yielded => Tone::Ok,
                BarState::Paused | BarState::Reconnecting => Tone::Warn,
                BarState::Connected => Tone::Plain,
            },
            who: sentences::who(lang, operator).into(),
            paused: bar.state == BarState::Paused,
            unread: unread.into(),
            unread_name: unread_name.into(),
            question: question.into(),
        });
    }

    fn hide_all(&self) {
        set_shown(&self.main, false);
        set_shown(&self.bar, false);
        set_shown(&self.shown, false);
        // The loop not running is the one error, and then it need not be ended.
        let _ = slint::quit_event_loop();
    }

    fn bring_forward(&self) {
        if self.main.window().is_visible() {
            self.main.window().set_minimized(false);
            self.main.window().with_winit_window(platform::come_forward);
        }
    }

    // The chat.

    fn open_chat(self: &Rc<Self>, open: bool) {
        {
            let mut state = self.state.borrow_mut();
            if state.view != Some(View::Session) || state.chat_open == open {
                return;
            }
            state.chat_open = open;
            state.unread = 0;
        }
        self.show();
        if open {
            self.place_main(placement::chat_corner);
        }
        self.emit(UiEvent::ChatShown(open));
    }

    fn add_line(&self, line: ChatLine) {
        let mut state = self.state.borrow_mut();
        if line.from == ChatFrom::Operator && !state.chat_open {
            state.unread = state.unread.saturating_add(1);
        }
        if state.chat.len() == ChatLine::KEPT {
            state.chat.pop_front();
            self.lines.remove(0);
        }
        let model = line_model(state.lang, state.operator(), &line);
        state.chat.push_back(line);
        debug_assert_eq!(state.chat.len(), self.lines.row_count() + 1);
        drop(state);
        self.lines.push(model);
    }

    fn replace_chat(&self, chat: VecDeque<ChatLine>) {
        {
            let mut state = self.state.borrow_mut();
            state.chat = chat;
            state.unread = 0;
        }
        self.retell();
    }
}

impl State {
    /// Whoever the newest view names.
    fn operator(&self) -> Option<&Operator> {
        self.bar.as_ref().and_then(|bar| bar.operator.as_ref())
    }
}

fn set_shown(window: &impl ComponentHandle, shown: bool) {
    if window.window().is_visible() != shown {
        // A window that cannot be shown now is shown by the next view; the bar's absence is told by the frame around the
        // display, which is not drawn here.
        let _ = if shown { window.show() } else { window.hide() };
    }
}
