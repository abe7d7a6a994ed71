mod author_course;
mod get_course;
mod list_courses;
