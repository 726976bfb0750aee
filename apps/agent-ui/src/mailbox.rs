//! The way from other threads to the windows: the newest of everything, and a bounded heap of chat lines. A program that says
//! a thousand things before the windows look costs no more than one that says the last of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slint::Weak;

use crate::canvas::Canvas;
use crate::generated::MainWindow;
use crate::{Area, BarView, ChatLine, ShownView, View};

/// What waits to be shown.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    pub(crate) view: Option<View>,
    pub(crate) bar: Option<Option<BarView>>,
    pub(crate) clear_chat: bool,
    pub(crate) chat: VecDeque<ChatLine>,
    pub(crate) shown: Option<Option<ShownView>>,
    pub(crate) area: Option<Area>,
    pub(crate) forward: bool,
    pub(crate) open_chat: bool,
    pub(crate) quit: bool,
    woken: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    mail: Mutex<Mail>,
    /// Apart from the rest: who paints takes longer.
    canvas: Mutex<Canvas>,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Mail> {
        // Every change below is a plain store: a panic elsewhere leaves nothing half done.
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the operator shows.
    pub(crate) fn canvas(&self) -> MutexGuard<'_, Canvas> {
        // A picture that is half painted is no harm.
        self.canvas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes everything; the next post wakes the windows again.
    pub(crate) fn take(&self) -> Mail {
        std::mem::take(&mut *self.lock())
    }

    /// Changes what waits. Says whether the windows must be woken.
    fn post(&self, change: impl FnOnce(&mut Mail)) -> bool {
        let mut mail = self.lock();
        change(&mut mail);
        !std::mem::replace(&mut mail.woken, true)
    }
}

/// Shows things, from any thread. Cheap to clone. After the windows are gone every call does nothing.
#[derive(Clone)]
pub struct UiHandle {
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) window: Weak<MainWindow>,
}

impl UiHandle {
    /// Shows this in the window. [`View::Session`] hides it unless the chat is open.
    pub fn show(&self, view: View) {
        self.post(|mail| mail.view = Some(view));
    }

    /// Shows the bar so, or takes it away with `None`.
    pub fn bar(&self, bar: Option<BarView>) {
        self.post(|mail| mail.bar = Some(bar));
    }

    /// Adds a line to the chat. Only the last [`ChatLine::KEPT`] lines are kept.
    pub fn chat(&self, line: ChatLine) {
        self.post(|mail| {
            if mail.chat.len() == ChatLine::KEPT {
                mail.chat.pop_front();
            }
            mail.chat.push_back(line);
        });
    }

    /// Replaces the whole chat, as after a snapshot. Nothing of it counts as unread.
    pub fn replace_chat(&self, lines: Vec<ChatLine>) {
        self.post(|mail| {
            mail.clear_chat = true;
            let surplus = lines.len().saturating_sub(ChatLine::KEPT);
            mail.chat = lines.into_iter().skip(surplus).collect();
        });
    }

    /// Shows what the operator shows in a window of its own, or closes that with `None`.
    pub fn shown(&self, shown: Option<ShownView>) {
        if shown.is_none() {
            self.mailbox.canvas().clear();
        }
        self.post(|mail| mail.shown = Some(shown));
    }

    /// What the operator shows changed in these places: `pixels` are all of it, in rows of `width`, `0x00RRGGBB`. What changed is
    /// taken out of it before this returns, in the size in which it is seen.
    pub fn paint(&self, width: u32, pixels: &[u32], changed: impl IntoIterator<Item = Area>) {
        if self.mailbox.canvas().paint(width, pixels, changed) {
            // The windows look at it whatever they are woken for.
            self.post(|_| ());
        }
    }

    /// Nothing of what the operator showed stays.
    pub fn blank(&self) {
        self.mailbox.canvas().clear();
        self.post(|_| ());
    }

    /// Says which display is shared: the bar stands on its upper edge. Until then it stands on the first display.
    pub fn area(&self, area: Area) {
        self.post(|mail| mail.area = Some(area));
    }

    /// Brings the window in front, as when the program is started a second time.
    pub fn bring_forward(&self) {
        self.post(|mail| mail.forward = true);
    }

    /// Opens the chat. Only while a session runs.
    pub fn open_chat(&self) {
        self.post(|mail| mail.open_chat = true);
    }

    /// Closes the windows; [`crate::AgentUi::run`] returns.
    pub fn quit(&self) {
        self.post(|mail| mail.quit = true);
    }

    fn post(&self, change: impl FnOnce(&mut Mail)) {
        if self.mailbox.post(change) {
            // The loop being gone is the one error, and then nobody is there to see.
            let _ = self.window.upgrade_in_event_loop(|window| window.invoke_mail());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChatFrom;

    fn line(text: String) -> ChatLine {
        ChatLine {
            from: ChatFrom::Operator,
            text,
            time: String::new(),
            doubtful: false,
            picture: None,
        }
    }

    fn handle() -> UiHandle {
        UiHandle {
            mailbox: Arc::default(),
            window: Weak::default(),
        }
    }

    #[test]
    fn only_the_newest_of_a_view_is_kept() {
        let handle = handle();
        handle.show(View::Session);
        handle.show(View::Ended {
            reason: crate::EndReason::Declined,
            remains: Vec::new(),
        });
        handle.bar(None);
        let mail = handle.mailbox.take();
        assert!(matches!(mail.view, Some(View::Ended { .. })));
        assert_eq!(mail.bar, Some(None));
        assert!(handle.mailbox.take().view.is_none());
    }

    #[test]
    fn a_flood_of_chat_keeps_its_end_and_stays_bounded() {
        let handle = handle();
        for n in 0..ChatLine::KEPT + 7 {
            handle.chat(line(n.to_string()));
        }
        let mail = handle.mailbox.take();
        assert_eq!(mail.chat.len(), ChatLine::KEPT);
        assert_eq!(mail.chat.front().map(|l| l.text.as_str()), Some("7"));
    }

    #[test]
    fn a_snapshot_replaces_what_waited() {
        let handle = handle();
        handle.chat(line("old".into()));
        handle.replace_chat((0..ChatLine::KEPT + 1).map(|n| line(n.to_string())).collect());
        handle.chat(line("new".into()));
        let mail = handle.mailbox.take();
        assert!(mail.clear_chat);
        assert_eq!(mail.chat.len(), ChatLine::KEPT);
        assert_eq!(mail.chat.back().map(|l| l.text.as_str()), Some("new"));
    }

    #[test]
    fn the_windows_are_woken_once_until_they_look() {
        let mailbox = Mailbox::default();
        assert!(mailbox.post(|mail| mail.forward = true));
        assert!(!mailbox.post(|mail| mail.forward = true));
        mailbox.take();
        assert!(mailbox.post(|mail| mail.forward = true));
    }
}
