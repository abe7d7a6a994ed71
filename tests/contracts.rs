mod fabraix;
mod thefaq;
