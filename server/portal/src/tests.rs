//! The portal as clients meet it.

mod doors;
mod factors;
mod gate;
mod history;
mod keys;
mod licences;
mod own_account;
mod pages;
mod people;
mod permissions;
mod registration;
mod sessions;
mod table;
