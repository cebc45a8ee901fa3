mod interviews;
mod signals;
mod sources;
mod surveys;
