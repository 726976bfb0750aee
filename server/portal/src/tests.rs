//! The portal as clients meet it.

mod doors;
mod factors;
mod gate;
mod guidance;
mod history;
mod keys;
mod licences;
mod online;
mod own_account;
mod pages;
mod people;
mod permissions;
mod registration;
mod sessions;
mod table;
