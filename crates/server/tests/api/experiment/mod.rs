mod cookie_cats;
mod data;
mod life;
mod plan;
mod result;
mod support;
