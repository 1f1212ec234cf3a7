<?php
// SPDX-License-Identifier: Apache-2.0
// DokuWiki's own rewrite rules (/usr/share/dokuwiki/.htaccess.dist) for PHP's built-in server, which reads no
// .htaccess, and where this wiki's configuration is. Nothing of the wiki is changed.
define('DOKU_CONF', getenv('WIKI_CONF') . '/');
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('#^/(doku|feed|index)\.php|^/lib/#', $path)) {
    return false;                                       // as it is
}
$page = ['id' => ltrim(rawurldecode($path), '/')];
if (preg_match('#^_export/([^/]+)/(.*)#', $page['id'], $found)) {
    $page = ['do' => "export_$found[1]", 'id' => $found[2]];
}
$_GET = $page + $_GET;
$_REQUEST = $page + $_REQUEST;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/doku.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/doku.php';
chdir($_SERVER['DOCUMENT_ROOT']);
require 'doku.php';
