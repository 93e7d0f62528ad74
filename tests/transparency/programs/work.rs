// SPDX-License-Identifier: Apache-2.0
// Threads, channels and collections in Rust; prints one number.
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4u64)
        .map(|seed| {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut map = BTreeMap::new();
                for i in 0..2000u64 {
                    map.insert(i * seed % 977, format!("{i}-{seed}"));
                }
                sender.send(map.values().map(|text| text.len() as u64).sum::<u64>()).unwrap();
            })
        })
        .collect();
    for one in threads {
        one.join().unwrap();
    }
    drop(sender);
    let mut counts = HashMap::new();
    for value in receiver {
        *counts.entry(value % 3).or_insert(0u64) += value;
    }
    println!("{}", counts.values().sum::<u64>());
}
