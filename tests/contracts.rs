mod fabraix;
mod fanfare;
mod fayne;
mod thefaq;
