mod interviews;
mod accounts;
mod imports;
mod people;
mod segments;
mod signals;
mod sources;
mod surveys;
