# expect: banyan_add_module(Order-Desk): a module's name is its C++ namespace
declare(Order-Desk)
