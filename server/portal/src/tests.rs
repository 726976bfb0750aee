//! The portal as clients meet it.

mod doors;
mod gate;
mod history;
mod licences;
mod pages;
mod sessions;
mod table;
