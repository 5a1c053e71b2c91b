//! A hook in Rust, with rustc alone: sends every peer that comes a message of welcome, and counts how
//! long peers stay.
//!
//! The first half says in Rust what the C headers say, as far as this plugin needs it; the second
//! half is the plugin.

#![allow(non_camel_case_types)]

use std::ffi::{c_void, CStr};
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the headers abi.h, plugin.h, host.h and hook.h lay down.
mod plugboard {
    use super::*;

    pub const ABI_MAJOR: u32 = 1;
    pub const ABI_MINOR: u32 = 0;
    pub const OK: i32 = 0;
    pub const ERROR: i32 = 3;
    pub const LOG_INFO: i32 = 2;
    pub const LOG_ERROR: i32 = 4;
    pub const SEND_TEXT: u32 = 0;
    pub const HOOK_ID: &[u8] = b"plugboard.hook/1";

    /// Bytes or UTF-8 text, borrowed.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct bytes {
        pub data: *const u8,
        pub size: u64,
    }

    impl bytes {
        pub const fn from_static(text: &'static str) -> Self {
            bytes { data: text.as_ptr(), size: text.len() as u64 }
        }
        pub fn borrow(text: &str) -> Self {
            bytes { data: text.as_ptr(), size: text.len() as u64 }
        }
        /// # Safety
        /// As long as the call that passed these bytes has not returned.
        pub unsafe fn text<'a>(self) -> &'a str {
            if self.size == 0 {
                return "";
            }
            let slice = std::slice::from_raw_parts(self.data, self.size as usize);
            std::str::from_utf8(slice).unwrap_or("")
        }
    }

    /// A function of a table that this plugin does not use.
    type Unused = *const c_void;

    #[repr(C)]
    pub struct host {
        pub size: u32,
        pub abi_minor: u32,
        context: *mut c_void,
        pub relay_version: bytes,
        pub instance_name: bytes,
        pub log: extern "C" fn(*const host, i32, bytes),
        pub problem: extern "C" fn(*const host, bytes, bytes),
        monotonic_ns: Unused,
        unix_ms: Unused,
        complete: Unused,
        run: Unused,
        timer_start: Unused,
        timer_stop: Unused,
        peer_find: Unused,
        peer_list: Unused,
        peer_get: Unused,
        pub peer_send: extern "C" fn(*const host, u64, bytes, u32) -> i32,
        // More follows; what is not used need not be described.
    }

    #[repr(C)]
    pub struct peer_info {
        pub size: u32,
        pub flags: u32,
        pub peer: u64,
        pub channel: bytes,
        pub id: bytes,
        pub address: bytes,
        // More follows.
    }

    #[repr(C)]
    pub struct peer_end {
        pub size: u32,
        pub reason: u32,
        pub peer: *const peer_info,
        pub close_code: u32,
        reserved: u32,
        pub close_reason: bytes,
        pub duration_ms: u64,
        // More follows.
    }

    #[repr(C)]
    pub struct hook {
        pub size: u32,
        pub reserved: u32,
        pub verify_peer: Unused,
        pub peer_connected: extern "C" fn(*mut c_void, *const peer_info),
        pub peer_disconnected: extern "C" fn(*mut c_void, *const peer_end),
        // What lies beyond `size` reads as absent: no interest in the other events.
    }

    #[repr(C)]
    pub struct plugin {
        pub size: u32,
        pub abi_major: u32,
        pub abi_minor: u32,
        pub flags: u32,
        pub name: bytes,
        pub version: bytes,
        pub summary: bytes,
        pub config_schema: bytes,
        pub check: Unused,
        pub create: extern "C" fn(*const host, bytes, *mut *mut c_void) -> i32,
        pub prepare: Unused,
        pub commit: Unused,
        pub abort: Unused,
        pub drain: Unused,
        pub destroy: extern "C" fn(*mut c_void),
        pub cancel: Unused,
        pub kind: extern "C" fn(*const c_char) -> *const c_void,
    }

    // Tables are constant and shared between threads.
    unsafe impl Sync for hook {}
    unsafe impl Sync for plugin {}
}

use plugboard::bytes;

/// One instance of the plugin.
struct Greeter {
    host: *const plugboard::host,
    greeted: AtomicU64,
    stayed_ms: AtomicU64,
}

impl Greeter {
    fn log(&self, level: i32, text: &str) {
        // The host's table stays valid until destroy returns.
        let host = unsafe { &*self.host };
        (host.log)(self.host, level, bytes::borrow(text));
    }

    fn greet(&self, peer: u64, id: &str) {
        let host = unsafe { &*self.host };
        let greeting = format!("{{\"type\":\"welcome\",\"payload\":{{\"id\":{}}}}}", json_string(id));
        let sent = (host.peer_send)(self.host, peer, bytes::borrow(&greeting), plugboard::SEND_TEXT);
        if sent == plugboard::OK {
            self.greeted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// No panic may cross into the relay: it becomes a line in the log.
    fn guarded(&self, name: &str, work: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            self.log(plugboard::LOG_ERROR, &format!("{name} panicked"));
        }
    }
}

fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            c if (c as u32) < 0x20 => json.push_str(&format!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

extern "C" fn create(
    host: *const plugboard::host,
    _config: bytes,
    instance: *mut *mut c_void,
) -> i32 {
    let made = catch_unwind(|| {
        Box::into_raw(Box::new(Greeter {
            host,
            greeted: AtomicU64::new(0),
            stayed_ms: AtomicU64::new(0),
        }))
    });
    match made {
        Ok(greeter) => {
            unsafe { *instance = greeter.cast() };
            plugboard::OK
        }
        Err(_) => plugboard::ERROR,
    }
}

extern "C" fn destroy(instance: *mut c_void) {
    let greeter = unsafe { Box::from_raw(instance.cast::<Greeter>()) };
    let greeted = greeter.greeted.load(Ordering::Relaxed);
    let stayed = greeter.stayed_ms.load(Ordering::Relaxed);
    greeter.guarded("destroy", || {
        let text = format!("greeted {greeted} peers, who stayed {stayed} ms in all");
        greeter.log(plugboard::LOG_INFO, &text);
    });
}

extern "C" fn peer_connected(instance: *mut c_void, peer: *const plugboard::peer_info) {
    let (greeter, peer) = unsafe { (&*instance.cast::<Greeter>(), &*peer) };
    greeter.guarded("peer_connected", || greeter.greet(peer.peer, unsafe { peer.id.text() }));
}

extern "C" fn peer_disconnected(instance: *mut c_void, end: *const plugboard::peer_end) {
    let (greeter, end) = unsafe { (&*instance.cast::<Greeter>(), &*end) };
    greeter.stayed_ms.fetch_add(end.duration_ms, Ordering::Relaxed);
}

static HOOK: plugboard::hook = plugboard::hook {
    size: std::mem::size_of::<plugboard::hook>() as u32,
    reserved: 0,
    verify_peer: std::ptr::null(),
    peer_connected,
    peer_disconnected,
};

extern "C" fn kind(id: *const c_char) -> *const c_void {
    if unsafe { CStr::from_ptr(id) }.to_bytes() == plugboard::HOOK_ID {
        (&HOOK as *const plugboard::hook).cast()
    } else {
        std::ptr::null()
    }
}

static PLUGIN: plugboard::plugin = plugboard::plugin {
    size: std::mem::size_of::<plugboard::plugin>() as u32,
    abi_major: plugboard::ABI_MAJOR,
    abi_minor: plugboard::ABI_MINOR,
    flags: 0,
    name: bytes::from_static("greeter"),
    version: bytes::from_static("1.0.0"),
    summary: bytes::from_static("Sends every peer a message of welcome."),
    config_schema: bytes { data: std::ptr::null(), size: 0 },
    check: std::ptr::null(),
    create,
    prepare: std::ptr::null(),
    commit: std::ptr::null(),
    abort: std::ptr::null(),
    drain: std::ptr::null(),
    destroy,
    cancel: std::ptr::null(),
    kind,
};

/// The one function that the relay looks for.
#[no_mangle]
pub extern "C" fn plugboard_plugin_v1() -> *const plugboard::plugin {
    &PLUGIN
}
