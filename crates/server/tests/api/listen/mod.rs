mod signals;
mod sources;
