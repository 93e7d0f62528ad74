// SPDX-License-Identifier: Apache-2.0
// What does a leak look like in Rust? Boxes, files and threads that are forgotten, and twins that are not.
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

#[inline(never)]
fn leak_boxes(count: u8) {
    for i in 0..count {
        // A volatile read of its address: the compiler must not leave the block out.
        let block = Box::leak(Box::new([i; 100]));
        unsafe { std::ptr::read_volatile(block.as_ptr()) };
    }
}

#[inline(never)]
fn leak_files() {
    for _ in 0..3 {
        std::mem::forget(File::open("/dev/null").unwrap());
    }
}

#[inline(never)]
fn leak_threads() {
    for _ in 0..2 {
        let (send, receive) = mpsc::channel();
        // Detached by dropping its handle; it waits for ever.
        std::thread::spawn(move || {
            send.send(()).unwrap();
            loop {
                std::thread::park();
            }
        });
        receive.recv().unwrap();
    }
}

#[inline(never)]
fn clean_collections() -> usize {
    let mut words: HashMap<String, Vec<usize>> = HashMap::new();
    for i in 0..5000 {
        words.entry(format!("word {}", i % 77)).or_default().push(i);
    }
    words.values().map(|places| places.len()).max().unwrap()
}

#[inline(never)]
fn clean_connection() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"over a socket").unwrap();
    drop(client);
    let mut text = String::new();
    server.read_to_string(&mut text).unwrap();
    text
}

fn main() {
    leak_boxes(40);
    leak_files();
    leak_threads();
    println!("{} {}", clean_collections(), clean_connection());
    println!("{:?}", std::panic::catch_unwind(|| "x".parse::<u32>().unwrap()).is_err());
    println!("dump me {}", std::process::id());
    std::io::stdout().flush().unwrap();
    std::io::stdin().lock().lines().next();
    std::process::exit(5);
}
