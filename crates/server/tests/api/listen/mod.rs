mod accounts;
mod imports;
mod interviews;
mod people;
mod segments;
mod signals;
mod sources;
mod surveys;
