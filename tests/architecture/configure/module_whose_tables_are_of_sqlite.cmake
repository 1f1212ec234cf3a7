# expect: banyan_add_module(sqlite_notes): its tables and its schema begin with its name, and cannot be made: what begins
# expect: with sqlite_ belongs to SQLite. Take another name.
declare(sqlite_notes)
