# expect: -DBANYAN_PACKAGE=ON: packages are made of what is installed, and BANYAN_INSTALL is OFF.
set(BANYAN_PACKAGE ON)
set(BANYAN_INSTALL OFF)
include(BanyanOptions)
banyan_check_options()
