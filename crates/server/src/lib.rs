#![doc = include_str!("../README.md")]

pub mod app;
pub mod bet;
pub mod chain;
pub mod cli;
pub mod decide;
pub mod demo;
pub mod experiment;
pub mod home;
pub mod jobs;
pub mod listen;
pub mod measure;
pub mod platform;
pub mod routes;
pub mod share;
pub mod understand;
