# expect: banyan_check_architecture: BASELINE
# expect: allowed.txt is not there. An empty file allows nothing.
declare(catalog)
banyan_check_modules()
banyan_check_architecture(BASELINE allowed.txt)
