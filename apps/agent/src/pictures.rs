//! The pictures of the chat, as the windows show them.

use std::collections::VecDeque;

use temoto_agent_ui::ChatPicture;
use temoto_codec::png;
use temoto_session::channel::pictures::Settled;
use temoto_wire::limits::PICTURES;

/// The newest of them.
#[derive(Default)]
pub struct Pictures(VecDeque<(String, ChatPicture)>);

impl Pictures {
    /// The picture of the line with this id.
    pub fn get(&self, id: &str) -> Option<ChatPicture> {
        let found = self.0.iter().find(|(known, _)| known == id);
        found.map(|(_, picture)| picture.clone())
    }

    /// Keeps one more; the oldest goes.
    pub fn keep(&mut self, id: String, picture: ChatPicture) {
        if self.0.len() >= PICTURES {
            self.0.pop_front();
        }
        self.0.push_back((id, picture));
    }
}

/// A picture that came, as the windows take it; `None` if it is not there any more.
pub fn shown(settled: &Settled) -> Option<ChatPicture> {
    // The session wrote it anew, so it is a whole PNG.
    let picture = png::decode(settled.png.as_ref()?).ok()?;
    let pixels: Vec<u32> = picture
        .rgba
        .chunks_exact(4)
        .map(|pixel| match *pixel {
            [r, g, b, _] => u32::from_be_bytes([0, r, g, b]),
            _ => 0,
        })
        .collect();
    ChatPicture::new(picture.size.width, &pixels)
}
