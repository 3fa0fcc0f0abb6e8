greenroom_test(web assets_test greenroom::assets OpenSSL::Crypto)
