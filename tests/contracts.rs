mod fabraix;
mod fanfare;
mod thefaq;
