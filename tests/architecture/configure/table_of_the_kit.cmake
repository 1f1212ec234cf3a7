# expect: banyan_add_module(catalog): the table 'Banyan_tracks' cannot be made: what begins with banyan_ belongs to Banyan.
declare(catalog TABLES artists Banyan_tracks)
