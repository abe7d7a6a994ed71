mod fabraix;
mod fanfare;
mod fayne;
mod standard;
mod thefaq;
