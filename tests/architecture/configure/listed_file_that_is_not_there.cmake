# expect: include/catalog/ids.hpp is listed and is not there. Write it, or take it out of
declare(catalog PUBLISHES port.hpp module.hpp http.hpp ids.hpp)
