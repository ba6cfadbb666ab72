//! End-to-end: real guests, a real server, the host's public API. Every scenario
//! that runs a guest is played twice, compiled and interpreted.

mod consent;
mod containment;
mod contract;
mod data;
mod examples;
mod extensions;
mod files;
mod grants;
mod javascript;
mod lifecycle;
mod locale;
mod login;
mod metering;
mod network;
mod open;
mod open_at_once;
mod pages;
mod pool;
mod prices;
mod requests;
mod script_engine;
mod storage;
mod sync_world;
mod tenancy;
mod ui;
mod wasi;
