//! Opening sockets, and their permissions.

use super::*;
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn error_names_an_address_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = open(&[address], &[], Activated::none()).await.unwrap_err();
    let text = error.to_string();
    let names = format!("cannot listen on `{address}`");
    assert!(text.contains(&names), "{text}");
}

#[tokio::test]
async fn unix_socket_has_mode_0660_and_ends_with_its_listener() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("check.sock");
    let address = ListenAddress::Unix(path.clone());
    let addresses = std::slice::from_ref(&address);
    let sockets = open(&[], addresses, Activated::none()).await.unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    assert_eq!(sockets.forward_auth[0].address(), Some(address.clone()));
    let error = open(&[], addresses, Activated::none()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("server.forward_auth_listen"), "{text}");
    drop(sockets);
    assert!(!path.exists());
}
