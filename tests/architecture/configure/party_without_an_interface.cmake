# expect: banyan_add_module(catalog): the outside party 'label' has no interface.
# expect: list label.hpp under PUBLISHES; see docs/how-to/outside-parties.md.
declare(catalog PARTIES label)
